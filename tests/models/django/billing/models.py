from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models.functions import Lower, Now


class Client(models.Model):
    class Status(models.TextChoices):
        FREE = "free"
        PAID = "paid"

    name = models.CharField(max_length=80)
    status = models.CharField(max_length=10, choices=Status, db_default="fr%ee")
    tags = ArrayField(models.TextField(), default=list)
    created = models.DateTimeField(db_default=Now())
    friends = models.ManyToManyField("self")

    class Meta:
        indexes = [GinIndex(fields=["tags"], name="client_tags")]
        constraints = [
            models.UniqueConstraint(Lower("name"), name="client_name_once"),
            models.CheckConstraint(condition=models.Q(status__in=["fr%ee", "paid"]), name="client_status"),
        ]


class Order(models.Model):
    pk = models.CompositePrimaryKey("client_id", "at")
    client = models.ForeignKey(Client, on_delete=models.CASCADE)
    at = models.DateTimeField()


class Report(models.Model):
    class Meta:
        managed = False
