from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("sourcedata", "0008_triggers_of_others_by_name")]

    operations = [
        migrations.AddField(
            model_name="turbine",
            name="commissioned_on",
            field=models.DateField(
                blank=True,
                help_text=(
                    "The first day that it is expected to send; else that of its first measurement."
                ),
                null=True,
                verbose_name="commissioned on",
            ),
        ),
        migrations.AddField(
            model_name="turbine",
            name="retired_on",
            field=models.DateField(
                blank=True,
                help_text="The first day that it is expected to send no more.",
                null=True,
                verbose_name="retired on",
            ),
        ),
        migrations.AddConstraint(
            model_name="turbine",
            constraint=models.CheckConstraint(
                condition=models.Q(("retired_on__gte", models.F("commissioned_on"))),
                name="turbine_is_retired_after_it_was_commissioned",
                violation_error_message="A turbine is retired after it was commissioned.",
            ),
        ),
    ]
