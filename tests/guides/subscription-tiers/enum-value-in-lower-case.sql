-- expect: enum public.UsageFeature labels
ALTER TYPE "UsageFeature" RENAME VALUE 'AI_MESSAGES' TO 'ai_messages';
