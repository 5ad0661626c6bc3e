/**
 * One script for each operation of a store. Each runs alone on the server, by the server's clock (`TIME`), so that
 * processes whose clocks differ agree. Milliseconds throughout. Redis 5 or later, or Valkey.
 */

import { RATE_PARTS, RATE_PARTS_KEPT } from './memory-rates.js'

/** Milliseconds since 1970 on the server. */
export const NOW = `
local time = redis.call('TIME')
local now = time[1] * 1000 + time[2] / 1000
`

/**
 * Begins every script. The last key names the data of the server; the last arguments are the name that the caller knows, empty
 * for none, and one for data that have none yet. Another name means that what the caller has counted there is lost: then
 * nothing is done, and the name is the answer.
 */
export const EPOCH = `
local fresh, known, at = table.remove(ARGV), table.remove(ARGV), table.remove(KEYS)
local epoch = redis.call('GET', at)
if not epoch then
  redis.call('SET', at, fresh)
  epoch = fresh
end
if epoch ~= known then return { 'EPOCH', epoch } end
`

/**
 * A rate is a hash: units by the part of time in which they were taken. Each window is counted in parts, and a part is
 * forgotten when the whole of it is older than the window, as in memory.
 */
export const RATES = `
local kept = ${RATE_PARTS_KEPT}
local function part_of(at, window) return math.floor(at * ${RATE_PARTS} / window) end
local function field(part) return string.format('%.0f', part) end

local function set(key, part, units)
  if units > 0 then redis.call('HSET', key, field(part), string.format('%.17g', units))
  else redis.call('HDEL', key, field(part)) end
end

local function add(key, units, window)
  local part = part_of(now, window)
  set(key, part, units + tonumber(redis.call('HGET', key, field(part)) or 0))
  redis.call('PEXPIRE', key, math.ceil(window * (kept + 1) / ${RATE_PARTS}))
end

-- What is left of each once all are taken. Or nothing, and of the one that is refused its index and the wait.
local function units_of(k, a, count)
  local asked, remaining = {}, {}
  for i = 1, count do
    local key = KEYS[k + i]
    local limit, window, units = tonumber(ARGV[a + 3 * i - 2]), tonumber(ARGV[a + 3 * i - 1]), tonumber(ARGV[a + 3 * i])
    local all, parts, taken, current = redis.call('HGETALL', key), {}, 0, part_of(now, window)
    for j = 1, #all, 2 do
      local part, there = tonumber(all[j]), tonumber(all[j + 1])
      if part + kept > current then
        parts[#parts + 1] = { part, there }
        taken = taken + there
      else redis.call('HDEL', key, all[j]) end
    end
    local sum = (asked[key] or 0) + math.min(units, limit)
    local left = limit - taken - sum
    -- Sums of what is not whole must not refuse the last unit.
    if left < -0.000001 then
      table.sort(parts, function(x, y) return x[1] < y[1] end)
      local free = 0
      for _, entry in ipairs(parts) do
        free = free + entry[2]
        if free >= -left - 0.000001 then
          return nil, { i - 1, math.max(1, math.ceil((entry[1] + kept) * window / ${RATE_PARTS} - now)) }
        end
      end
      return nil, { i - 1, math.ceil(window) }
    end
    asked[key] = sum
    remaining[i] = math.max(0, math.floor(left + 0.000001))
  end
  return remaining
end

local function take_all(k, a, count)
  for i = 1, count do
    add(KEYS[k + i], math.min(tonumber(ARGV[a + 3 * i]), tonumber(ARGV[a + 3 * i - 2])), tonumber(ARGV[a + 3 * i - 1]))
  end
end
`

/** KEYS: rates. ARGV: limit, window, units of each. Gives -1 and what is left of each, or the index refused and the wait. */
const take = `${NOW}${RATES}
local remaining, refused = units_of(0, 0, #KEYS)
if not remaining then return refused end
take_all(0, 0, #KEYS)
table.insert(remaining, 1, -1)
return remaining
`

/** KEYS: rates. ARGV: window, units of each, less than 0 to give back, and milliseconds since those were taken. */
const correct = `${NOW}${RATES}
for i, key in ipairs(KEYS) do
  local window, units, ago = tonumber(ARGV[3 * i - 2]), tonumber(ARGV[3 * i - 1]), tonumber(ARGV[3 * i])
  if units > 0 then add(key, units, window)
  else
    -- The way to the server takes more or less time, so that this may be a moment off in either direction.
    local left, first = -units, part_of(now - ago - window / ${4 * RATE_PARTS}, window)
    for part = first, first + 1 do
      local there = tonumber(redis.call('HGET', key, field(part)) or 0)
      local back = math.min(there, left)
      if back > 0 then set(key, part, there - back) end
      left = left - back
    end
  end
end
return 0
`

export const PLACES = `
local function place_for(key, limit, holder)
  redis.call('ZREMRANGEBYSCORE', key, '-inf', now)
  return redis.call('ZSCORE', key, holder) or redis.call('ZCARD', key) < limit
end

local function place(key, holder, lease)
  redis.call('ZADD', key, now + lease, holder)
  if redis.call('PTTL', key) < lease then redis.call('PEXPIRE', key, math.ceil(lease)) end
end
`

/** KEYS: a sorted set of holders by expiry. ARGV: limit, holder, lease. Gives 1 with the place, 0 without. */
const acquire = `${NOW}${PLACES}
if not place_for(KEYS[1], tonumber(ARGV[1]), ARGV[2]) then return 0 end
place(KEYS[1], ARGV[2], tonumber(ARGV[3]))
return 1
`

/** KEYS: holders. ARGV: holder. */
const release = `return redis.call('ZREM', KEYS[1], ARGV[1])`

/** KEYS: holders. Gives how many hold now. */
const held = `${NOW}
return redis.call('ZCOUNT', KEYS[1], '(' .. string.format('%.17g', now), '+inf')
`

/** KEYS: a hash of facts, each \`until value\`. ARGV: name, value, time to live. */
const put = `${NOW}
local ttl = tonumber(ARGV[3])
local known = redis.call('HGET', KEYS[1], ARGV[1])
if known and tonumber(string.match(known, '^%S+')) >= now + ttl then return 0 end
redis.call('HSET', KEYS[1], ARGV[1], string.format('%.17g', now + ttl) .. ' ' .. ARGV[2])
if redis.call('PTTL', KEYS[1]) < ttl then redis.call('PEXPIRE', KEYS[1], math.ceil(ttl)) end
return 1
`

/** KEYS: facts. ARGV: name. */
const remove = `return redis.call('HDEL', KEYS[1], ARGV[1])`

/** KEYS: facts. Gives name, value and milliseconds left of each that holds, one after the other, and drops the others. */
const facts = `${NOW}
local all, holding = redis.call('HGETALL', KEYS[1]), {}
for i = 1, #all, 2 do
  local til, value = string.match(all[i + 1], '^(%S+) (.*)$')
  local left = tonumber(til) - now
  if left > 0 then
    holding[#holding + 1] = all[i]
    holding[#holding + 1] = value
    holding[#holding + 1] = math.ceil(left)
  else redis.call('HDEL', KEYS[1], all[i]) end
end
return holding
`

/** KEYS: three of nobody's. Does what the other scripts do, so that it fails where one of them would, and leaves nothing. */
const probe = `${NOW}
redis.call('SET', KEYS[1], now, 'PX', 1000)
redis.call('GET', KEYS[1])
redis.call('ZADD', KEYS[2], now, 'x')
redis.call('ZSCORE', KEYS[2], 'x')
redis.call('ZCARD', KEYS[2])
redis.call('ZCOUNT', KEYS[2], '-inf', '+inf')
redis.call('ZREM', KEYS[2], 'x')
redis.call('ZREMRANGEBYSCORE', KEYS[2], '-inf', now)
redis.call('HSET', KEYS[3], 'x', '1')
redis.call('HINCRBY', KEYS[3], 'x', '1')
redis.call('HGET', KEYS[3], 'x')
redis.call('HGETALL', KEYS[3])
redis.call('PTTL', KEYS[3])
redis.call('PEXPIRE', KEYS[3], 1000)
redis.call('HDEL', KEYS[3], 'x')
redis.call('DEL', KEYS[1])
return 0
`

/** By the name of the operation. Those of rates take as many keys as they are given. */
export const redisScripts = { take, correct, acquire, release, held, put, remove, facts, probe } as const
