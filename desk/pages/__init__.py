"""One file a page: form in, call down, template out. Rules live in casework."""
