"""Web forms: their settings, the public door that takes in what people send, and the page that shows one."""
