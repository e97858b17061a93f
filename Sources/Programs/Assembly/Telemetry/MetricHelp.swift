/// What the metrics mean, for the `# HELP` lines of their page. Those who count do not say it: swift-metrics has no place for it.
enum MetricHelp {
    static let texts: [String: String] = [
        "http_requests_total": "HTTP requests that were answered, by method and class of status.",
        "http_request_duration_seconds": "Time from an HTTP request's head to the end of its answer.",
        "http_requests_in_flight": "HTTP requests that are being answered.",
        "http_connections": "Open HTTP connections.",
        "http_connections_refused_total": "HTTP connections that were closed at once, as there were too many.",
        "http_received_bytes_total": "Bytes of bodies of HTTP requests.",
        "http_sent_bytes_total": "Bytes of HTTP answers.",
        "imap_commands_total": "IMAP commands, by how they ended.",
        "imap_command_duration_seconds": "Time that IMAP commands took.",
        "imap_connections": "Open IMAP connections.",
        "imap_connections_refused_total": "IMAP connections that were closed at once, as there were too many.",
        "imap_failed_sign_ins_total": "Sign-ins by IMAP that were refused.",
        "lmtp_deliveries_total": "Deliveries by LMTP, one for each recipient, by how they ended.",
        "lmtp_delivery_duration_seconds": "Time from a message's end to its answers by LMTP.",
        "lmtp_connections": "Open LMTP connections.",
        "lmtp_connections_refused_total": "LMTP connections that were closed at once, as there were too many.",
        "tegu_metrics_refused": "Metrics that count for nobody, as there are too many of them or their name is one of another kind.",
        "process_cpu_seconds_total": "User and system CPU time of the process.",
        "process_virtual_memory_bytes": "Virtual memory of the process.",
        "process_resident_memory_bytes": "Resident memory of the process.",
        "process_start_time_seconds": "When the process began, in seconds since 1970.",
        "process_uptime_seconds": "Seconds since the process began.",
        "process_open_fds": "Open file descriptors.",
        "process_max_fds": "How many file descriptors may be open.",
    ]
}
