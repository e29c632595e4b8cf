CREATE INDEX booking_letter_early ON booking_letter (consumer, due_at, id) WHERE code = 'too-early' AND attempts = 0;

CREATE INDEX booking_letter_not_early ON booking_letter (consumer, due_at, id)
  WHERE NOT (code = 'too-early' AND attempts = 0);
