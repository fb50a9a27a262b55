"""For authors of exercises: `grader new` lays a package out, `grader verify` proves it sound."""
