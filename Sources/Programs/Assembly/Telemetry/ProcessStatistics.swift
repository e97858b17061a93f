import Bytes
import Glibc

/// What Prometheus' clients by custom tell about their process, from /proc.
struct ProcessStatistics: Sendable {
    private let ticksPerSecond = Double(max(sysconf(Int32(_SC_CLK_TCK)), 1))
    private let pageSize = max(sysconf(Int32(_SC_PAGESIZE)), 1)

    func append(to out: inout [UInt8]) {
        if let fields = Self.fields((try? SmallFile.read("/proc/self/stat", limit: 65_536)) ?? []) {
            // proc(5): utime is field 14, stime 15, starttime 22, vsize 23, rss 24; `fields` begin with the third.
            let cpu = Double(fields[11] &+ fields[12]) / ticksPerSecond
            append("process_cpu_seconds_total", .counter, cpu, to: &out)
            append("process_virtual_memory_bytes", .gauge, Double(fields[20]), to: &out)
            append("process_resident_memory_bytes", .gauge, Double(fields[21]) * Double(pageSize), to: &out)
            if let boot = Self.bootTime() {
                let start = boot + Double(fields[19]) / ticksPerSecond
                append("process_start_time_seconds", .gauge, start, to: &out)
                append("process_uptime_seconds", .gauge, max(Double(time(nil)) - start, 0), to: &out)
            }
        }
        if let open = Self.openDescriptors() { append("process_open_fds", .gauge, Double(open), to: &out) }
        var limit = rlimit()
        if getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 {
            append("process_max_fds", .gauge, Double(limit.rlim_cur), to: &out)
        }
    }

    private func append(_ name: String, _ kind: PrometheusMetrics.Kind, _ value: Double, to out: inout [UInt8]) {
        PrometheusMetrics.appendHead(name, kind, to: &out)
        out.append("\(name) \(prometheusText(value))\n")
    }

    /// The fields of /proc/self/stat after the name of the program, which may hold blanks and parentheses; what is no
    /// number (the state) is 0.
    static func fields(_ stat: [UInt8]) -> [Int]? {
        guard let end = stat.lastIndex(of: 0x29) else { return nil }
        let fields = stat[stat.index(after: end)...].split { $0.isASCIIWhitespace }.map { $0.decimalValue ?? 0 }
        return fields.count >= 22 ? fields : nil
    }

    private static func bootTime() -> Double? {
        guard let stat = try? SmallFile.read("/proc/stat", limit: 16 << 20) else { return nil }
        for line in stat.split(separator: 0x0A) where line.starts(with: "btime ".utf8) {
            return line.dropFirst(6).decimalValue.map(Double.init)
        }
        return nil
    }

    private static func openDescriptors() -> Int? {
        guard let directory = opendir("/proc/self/fd") else { return nil }
        defer { closedir(directory) }
        var count = 0
        while readdir(directory) != nil { count += 1 }
        // Less `.`, `..` and the directory that is being read.
        return max(count - 3, 0)
    }
}
