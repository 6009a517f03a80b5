-- One load for wrk, told by the environment: a fixed request again and again, a chain of refresh tokens, or codes and their trade.
--   LOAD_METHOD, LOAD_PATH, LOAD_BODY, LOAD_AUTHORIZATION   the request
--   LOAD_TOKENS   a file of refresh tokens, one a line: each answer's token is spent in a later request
--   LOAD_TWIN   another address, http://HOST:PORT, that the second thread asks
--   LOAD_AUTHORIZE, LOAD_COOKIES   where browsers get codes in turn, each with a line of these cookies; a code is then traded in at LOAD_PATH
-- The last line is "RESULT" with: requests, microseconds, p50, p99 and the longest (microseconds), failed.
local method = os.getenv("LOAD_METHOD") or "GET"
local path = os.getenv("LOAD_PATH") or "/"
local body = os.getenv("LOAD_BODY")
local authorization = os.getenv("LOAD_AUTHORIZATION")
local tokens_file = os.getenv("LOAD_TOKENS")
local authorize = os.getenv("LOAD_AUTHORIZE")
local cookies = os.getenv("LOAD_COOKIES")

local headers = { ["Accept"] = "application/json" }
if authorization then headers["Authorization"] = authorization end
if method == "POST" then headers["Content-Type"] = "application/x-www-form-urlencoded" end

-- A queue: taken at the front, filled at the back, so that each token rests while others are in flight.
local tokens, first, last = {}, 1, 0
local fixed
lost = 0

local threads = {}
local twin_host, twin_port = (os.getenv("LOAD_TWIN") or ""):match("^http://([^:/]+):(%d+)")
function setup(thread)
  table.insert(threads, thread)
  thread:set("number", #threads)
  if twin_host and #threads == 2 then thread.addr = wrk.lookup(twin_host, twin_port)[1] end
end

local codes, asks, turn = {}, {}, 0

function init()
  if authorize then
    for one in cookies:gmatch("[^\n]+") do
      table.insert(asks, wrk.format("GET", authorize, { ["Cookie"] = one }))
    end
    -- The two threads begin at different browsers: a session's row is one that two would wait for.
    turn = number * math.floor(#asks / 2)
    return
  end
  if not tokens_file then
    fixed = wrk.format(method, path, headers, body)
    -- Without this function wrk does not enter Lua for each answer.
    response = nil
    return
  end
  -- Two threads share them out: each is spent once.
  local line = 0
  for token in io.lines(tokens_file) do
    line = line + 1
    if not twin_host or line % 2 == number % 2 then
      last = last + 1
      tokens[last] = token
    end
  end
end

function request()
  if fixed then return fixed end
  if authorize then
    local code = table.remove(codes)
    if not code then
      turn = turn % #asks + 1
      return asks[turn]
    end
    return wrk.format(method, path, headers, body .. "&code=" .. code)
  end
  local token = tokens[first]
  if not token then error("all refresh tokens are spent or in flight") end
  tokens[first] = nil
  first = first + 1
  return wrk.format(method, path, headers, body .. "&refresh_token=" .. token)
end

function response(status, heads, answer)
  if authorize then
    local code = (heads["Location"] or heads["location"] or ""):match("[?&]code=([^&]+)")
    if code then
      table.insert(codes, code)
    elseif status ~= 200 then
      lost = lost + 1
    end
    return
  end
  local token = status == 200 and answer:match('"refresh_token"%s*:%s*"([^"]+)"')
  if token then
    last = last + 1
    tokens[last] = token
  else
    lost = lost + 1
  end
end

function done(summary, latency)
  local failed = summary.errors.status + summary.errors.connect + summary.errors.read
    + summary.errors.write + summary.errors.timeout
  for _, thread in ipairs(threads) do
    if summary.errors.status == 0 then failed = failed + (thread:get("lost") or 0) end
  end
  io.write(string.format("RESULT %d %d %d %d %d %d\n", summary.requests, summary.duration,
    latency:percentile(50), latency:percentile(99), latency.max, failed))
end
