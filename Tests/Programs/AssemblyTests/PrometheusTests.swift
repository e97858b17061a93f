import Bytes
import Metrics
import Testing

@testable import Assembly

@Suite struct PrometheusTests {
    private let metrics = PrometheusMetrics(seriesLimit: 3, familyLimit: 4, withProcess: false)

    private func page() -> [String] {
        String(utf8: metrics.render()).split(separator: "\n").map(String.init).filter {
            !$0.contains("tegu_metrics_refused")
        }
    }

    @Test("a counter's series are told by their labels, in whatever order these are given")
    func counters() {
        Counter(label: "http.requests", dimensions: [("method", "GET"), ("status", "200")], factory: metrics).increment(
            by: 2)
        Counter(label: "http.requests", dimensions: [("status", "200"), ("method", "GET")], factory: metrics)
            .increment()
        Counter(label: "http.requests", dimensions: [("status", "404"), ("method", "GET")], factory: metrics)
            .increment()
        Counter(label: "http.requests", dimensions: [("status", "404"), ("method", "GET")], factory: metrics).increment(
            by: -5)
        #expect(
            page() == [
                "# HELP http_requests_total HTTP requests that were answered, by method and class of status.",
                "# TYPE http_requests_total counter",
                #"http_requests_total{method="GET",status="200"} 3"#,
                #"http_requests_total{method="GET",status="404"} 1"#,
            ])
    }

    @Test("gauges go up and down")
    func gauges() {
        let meter = Meter(label: "http.connections", factory: metrics)
        meter.set(10)
        meter.increment(by: 2.5)
        meter.decrement()
        Gauge(label: "queue", factory: metrics).record(4)
        #expect(page() == [
            "# HELP http_connections Open HTTP connections.", "# TYPE http_connections gauge", "http_connections 11.5", "# TYPE queue gauge",
            "queue 4",
        ])
    }

    @Test("a timer is a histogram in seconds, whose buckets add up")
    func timers() {
        let timer = Timer(label: "http.request", dimensions: [("method", "PUT")], factory: metrics)
        timer.recordMilliseconds(3)
        timer.recordMilliseconds(3)
        timer.recordSeconds(100)
        let lines = page()
        #expect(lines.first == "# TYPE http_request_seconds histogram")
        #expect(lines.contains(#"http_request_seconds_bucket{method="PUT",le="0.0025"} 0"#))
        #expect(lines.contains(#"http_request_seconds_bucket{method="PUT",le="0.005"} 2"#))
        #expect(lines.contains(#"http_request_seconds_bucket{method="PUT",le="60"} 2"#))
        #expect(lines.contains(#"http_request_seconds_bucket{method="PUT",le="+Inf"} 3"#))
        #expect(lines.contains(#"http_request_seconds_sum{method="PUT"} 100.006"#))
        #expect(lines.contains(#"http_request_seconds_count{method="PUT"} 3"#))
    }

    @Test("a value on a bucket's bound is in the bucket")
    func bounds() {
        let recorder = Recorder(label: "rows", factory: metrics)
        recorder.record(1)
        recorder.record(4)
        recorder.record(5)
        let lines = page()
        #expect(lines.contains(#"rows_bucket{le="1"} 1"#))
        #expect(lines.contains(#"rows_bucket{le="4"} 2"#))
        #expect(lines.contains(#"rows_bucket{le="16"} 3"#))
    }

    @Test("labels cannot break out of their quotes, and names are made of what the format has")
    func escapes() {
        Counter(
            label: "9 odd-näme", dimensions: [("the label", "a\"b\\c\nd"), ("le", "x"), ("__x", "y")], factory: metrics
        ).increment()
        #expect(
            page() == [
                "# TYPE _9_odd_n__me_total counter",
                #"_9_odd_n__me_total{_x="y",le_="x",the_label="a\"b\\c\nd"} 1"#,
            ])
    }

    @Test("labels without bound go into one series, so that the page does not grow")
    func bounded() {
        for number in 0..<1_000 {
            Counter(label: "c", dimensions: [("user", "u\(number)")], factory: metrics).increment()
        }
        #expect(
            page() == [
                "# TYPE c_total counter", #"c_total{user="other"} 997"#, #"c_total{user="u0"} 1"#,
                #"c_total{user="u1"} 1"#,
                #"c_total{user="u2"} 1"#,
            ])
    }

    @Test("a name that is in use as another kind, and names past the limit, are counted and not shown")
    func refuses() {
        Gauge(label: "x_total", factory: metrics).record(1)
        Counter(label: "x", factory: metrics).increment()
        for number in 0..<10 { Counter(label: "n\(number)", factory: metrics).increment() }
        let lines = page()
        #expect(lines.count { $0.hasPrefix("# TYPE") } == 4)
        #expect(lines.contains("# TYPE x_total gauge") && lines.contains("x_total 1"))
        #expect(String(utf8: metrics.render()).contains("tegu_metrics_refused 8\n"))
    }

    @Test("what is counted from many threads is counted once each")
    func concurrent() async {
        let counter = Counter(label: "c", factory: metrics)
        let floating = FloatingPointCounter(label: "f", factory: metrics)
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<8 {
                group.addTask {
                    for _ in 0..<1_000 {
                        counter.increment()
                        floating.increment(by: 0.5)
                    }
                }
            }
        }
        #expect(page().contains("c_total 8000"))
        #expect(page().contains("f_total 4000"))
    }

    @Test("the process tells its memory, time and descriptors")
    func process() {
        let page = String(utf8: PrometheusMetrics().render())
        for name in [
            "cpu_seconds_total", "resident_memory_bytes", "open_fds", "max_fds", "start_time_seconds", "uptime_seconds",
        ] {
            let line = page.split(separator: "\n").first { $0.hasPrefix("process_\(name) ") }
            let value = line.flatMap { Double($0.split(separator: " ")[1]) }
            #expect((value ?? -1) >= 0, "\(name)")
        }
        #expect(page.contains("# TYPE process_cpu_seconds_total counter"))
        #expect(ProcessStatistics.fields(Array("1 (a) b) S 2 3".utf8)) == nil)
        #expect(
            ProcessStatistics.fields(
                Array("1 (a) b) S \(Array(repeating: "4", count: 30).joined(separator: " "))".utf8))?.first == 0)
    }
}
