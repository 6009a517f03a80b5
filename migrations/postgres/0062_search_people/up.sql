-- PostgreSQL reads the table for a search: an index entry may not be as long as the names of a user.
SELECT 1;
