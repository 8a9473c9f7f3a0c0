# Prints the SQL that creates the tables of all models of a Django project. It connects to no database.
import os
import runpy
import sys

# What the settings and the apps print is not SQL.
out, sys.stdout = sys.stdout, sys.stderr
manage = os.path.abspath(sys.argv[1])
sys.path.insert(0, os.path.dirname(manage))

# manage.py chooses the settings; it is run without the command that it would execute.
import django.core.management

django.core.management.execute_from_command_line = lambda argv=None: None
sys.argv = [manage]
runpy.run_path(manage, run_name="__main__")

import django
from django.apps import apps
from django.conf import settings
from django.db import connections, router
from django.utils.module_loading import import_string

django.setup()
alias = next(
    (alias for alias in connections if connections[alias].vendor == "postgresql"),
    None,
)
if alias is None:
    sys.exit("none of the DATABASES in the settings is PostgreSQL")
connection = connections[alias]
# What depends on the server's version is asked of this one, not of a server. 18 comes with everything that Django knows.
connection.__dict__["pg_version"] = 180000


def as_migrations_create(model):
    """Migrations give the tables of many-to-many relations the type of key that is in the settings, whatever the app has."""
    for field in model._meta.local_many_to_many:
        through = field.remote_field.through
        if through._meta.auto_created and through._meta.pk.auto_created:
            through._meta.pk.__class__ = import_string(settings.DEFAULT_AUTO_FIELD)
    return model


with connection.schema_editor(collect_sql=True, atomic=False) as editor:
    # Django lets the driver put the values into a statement, for which the driver connects. A percent sign in a value is
    # written twice there.
    connection.ops.compose_sql = lambda sql, values: sql % tuple(
        editor.quote_value(value).replace("%%", "%") for value in values
    )
    for model in apps.get_models():
        options = model._meta
        if options.managed and not options.proxy and not options.swapped:
            if router.allow_migrate_model(alias, model):
                editor.create_model(as_migrations_create(model))
print("\n".join(editor.collected_sql), file=out)
