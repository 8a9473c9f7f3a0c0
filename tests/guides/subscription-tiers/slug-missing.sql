-- expect: column public.organisations.slug missing
ALTER TABLE "organisations" DROP COLUMN "slug";
