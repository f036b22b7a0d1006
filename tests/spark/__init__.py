"""The same computation on Apache Spark, whose executors are processes of their own."""
