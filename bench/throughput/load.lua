-- Requests the paths of a file, which has one path on each line, in order or at random.
-- Prints one line of JSON at the end.
local requests, position, is_random = {}, 0, false

function init(arguments)
  for target in io.lines(arguments[1]) do
    requests[#requests + 1] = wrk.format("GET", target)
  end
  is_random = arguments[2] == "random"
  position = tonumber(arguments[3] or "0")
  math.randomseed(position)
end

function request()
  if is_random then
    return requests[math.random(#requests)]
  end
  position = position % #requests + 1
  return requests[position]
end

function done(summary, latency)
  local errors = summary.errors
  io.write(string.format(
    '{"requests":%d,"seconds":%.6f,"failed":%d,"broken":%d,"median":%.3f,"p99":%.3f}\n',
    summary.requests, summary.duration / 1e6, errors.status,
    errors.connect + errors.read + errors.write + errors.timeout,
    latency:percentile(50) / 1e3, latency:percentile(99) / 1e3))
end
