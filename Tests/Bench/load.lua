-- What one wrk thread sends: the requests of a file that bench.py wrote, in turn. In each, @NUMBER@ becomes a number of as many
-- digits that is never the same twice, so that a length which was counted before stays right.
local plan
local turn = 0

function init(arguments)
    plan = dofile(arguments[1])
end

function request()
    turn = turn + 1
    local text = plan.requests[(turn - 1) % #plan.requests + 1]
    if plan.first == nil then return text end
    return (text:gsub("@NUMBER@", string.format("%08d", plan.first + turn)))
end

function done(summary, latency)
    local errors = summary.errors
    io.write(string.format(
        "RESULT %d %d %d %d %d\n", summary.requests, summary.duration, latency:percentile(50), latency:percentile(99),
        errors.status + errors.connect + errors.read + errors.write + errors.timeout))
end
