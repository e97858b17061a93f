// Threads: what engines and program share to block threads of the system and to wake them. It owns no data and knows no database.
// Everything in it blocks; nothing of it may be used on an event loop.
