-- Asks for the targets of a file, one a line: in their order, from a place of its own at each start, or drawn.
-- At the end one line of JSON says what came of it.
local requests, place, is_drawn = {}, 0, false

function init(arguments)
  for target in io.lines(arguments[1]) do
    requests[#requests + 1] = wrk.format("GET", target)
  end
  is_drawn = arguments[2] == "drawn"
  place = tonumber(arguments[3] or "0")
  math.randomseed(place)
end

function request()
  if is_drawn then
    return requests[math.random(#requests)]
  end
  place = place % #requests + 1
  return requests[place]
end

function done(summary, latency)
  local errors = summary.errors
  io.write(string.format(
    '{"requests":%d,"seconds":%.6f,"failed":%d,"broken":%d,"median":%.3f,"p99":%.3f}\n',
    summary.requests, summary.duration / 1e6, errors.status,
    errors.connect + errors.read + errors.write + errors.timeout,
    latency:percentile(50) / 1e3, latency:percentile(99) / 1e3))
end
