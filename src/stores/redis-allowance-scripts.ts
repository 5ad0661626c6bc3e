/**
 * Allowances in Redis: one script for each operation, by the server's clock. Each allowance has two hashes. One holds
 * what is used, by the time at which it is forgotten. The other holds what is reserved: `:holder` is `amount until lease
 * period prolonged` (the end of its calendar period, 0 for none; 1 when it waits for its holder after an outage), and `=` is their sum, a time before which none of them runs out (so that not every call reads them all), when the
 * allowance was last asked for, and the shortest lease.
 */
import { NOW } from './redis-scripts.js'

/**
 * Share of a lease after which a reservation that nobody asked for is not believed to be given up: whoever holds it renews it
 * five times in a lease, so that the server, or the way to it, was away. From then on it has a whole lease again, but only
 * once: where calls are rare, nobody asked either, and what a dead process holds would never be free.
 */
const AWAY = 0.7
/** Milliseconds that what is reserved is kept beyond its window, for the length of an outage. */
const KEPT = 3_600_000

/** ISO 8601 days from 1970, as in Howard Hinnant's `days_from_civil` and its inverse (howardhinnant.github.io/date_algorithms.html). */
export const PERIODS = `
local function floor(number) return math.floor(number) end

local function month_end(at)
  local z = floor(at / 86400000) + 719468
  local era = floor(z / 146097)
  local doe = z - era * 146097
  local yoe = floor((doe - floor(doe / 1460) + floor(doe / 36524) - floor(doe / 146096)) / 365)
  local mp = floor((5 * (doe - (365 * yoe + floor(yoe / 4) - floor(yoe / 100))) + 2) / 153)
  -- Months are counted from March, and the year with them.
  local year, following = yoe + era * 400, mp + 1
  if following == 12 then year, following = year + 1, 0 end
  local next_era = floor(year / 400)
  local next_yoe = year - next_era * 400
  local days = next_yoe * 365 + floor(next_yoe / 4) - floor(next_yoe / 100) + floor((153 * following + 2) / 5)
  return (next_era * 146097 + days - 719468) * 86400000
end

local lengths = { minute = 60000, hour = 3600000, day = 86400000, week = 604800000 }

-- When the calendar period of this time ends, in UTC. Weeks begin on Monday; 1970 began on a Thursday.
local function period_end(period, at)
  if period == 'month' then return month_end(at) end
  local length = lengths[period]
  local offset = period == 'week' and 345600000 or 0
  return (floor((at - offset) / length) + 1) * length + offset
end
`

export const ALLOWANCES = `${PERIODS}
-- An integer up to 2^53 without an exponent.
local function text(number) return string.format('%.0f', number) end

local function numbers(value)
  local found = {}
  for word in string.gmatch(value, '%S+') do found[#found + 1] = tonumber(word) end
  return found
end

local function outlive(key, til)
  if redis.call('PTTL', key) < til - now then redis.call('PEXPIRE', key, text(math.ceil(til - now))) end
end

local function request_of(a, i)
  local at = a + 6 * (i - 1)
  return tonumber(ARGV[at + 1]), tonumber(ARGV[at + 2]), tonumber(ARGV[at + 3]), ARGV[at + 4], tonumber(ARGV[at + 5]),
    tonumber(ARGV[at + 6])
end

-- A reservation of a calendar period counts no longer than that.
local function write_reservation(key, field, amount, til, lease, period, prolonged)
  if period > 0 then til = math.min(til, period) end
  local words = { text(amount), text(til), text(lease), text(period), prolonged and '1' or '0' }
  redis.call('HSET', key, field, table.concat(words, ' '))
  return til
end

-- Ends of what is used, and its sum.
local function used_of(key)
  local all, ends, total = redis.call('HGETALL', key), {}, 0
  for i = 1, #all, 2 do
    local til, amount = tonumber(all[i]), tonumber(all[i + 1])
    if til > now then
      ends[#ends + 1] = { til, amount }
      total = total + amount
    else redis.call('HDEL', key, all[i]) end
  end
  return ends, total
end

local function write_sum(key, total, first_end, least)
  if total == 0 then redis.call('DEL', key)
  else redis.call('HSET', key, '=', text(total) .. ' ' .. text(first_end) .. ' ' .. text(math.floor(now)) .. ' ' .. text(least)) end
end

-- Sum of what is reserved, a time before which none of it runs out, and the shortest lease. Drops what has run out.
local function reserved_of(key)
  local sum = redis.call('HGET', key, '=')
  if not sum then return 0 end
  local total, first_end, seen, least = unpack(numbers(sum))
  local gap = now - seen
  if now < first_end and gap <= ${AWAY} * least then
    if gap > least / 10 then write_sum(key, total, first_end, least) end
    return total, first_end, least
  end
  local all = redis.call('HGETALL', key)
  total, first_end, least = 0, nil, nil
  for i = 1, #all, 2 do
    if all[i] ~= '=' then
      local amount, til, lease, period, prolonged = unpack(numbers(all[i + 1]))
      if gap > ${AWAY} * lease and til < now + lease and prolonged == 0 then
        til = write_reservation(key, all[i], amount, math.ceil(now + lease), lease, period, true)
        outlive(key, til)
      end
      if til > now then
        total = total + amount
        first_end = math.min(til, first_end or til)
        least = math.min(lease, least or lease)
      else redis.call('HDEL', key, all[i]) end
    end
  end
  write_sum(key, total, first_end or 0, least or 0)
  return total, first_end, least
end

local function state_of(used_key, key, holder)
  local ends, used = used_of(used_key)
  local reserved, first_end, least = reserved_of(key)
  local own = redis.call('HGET', key, ':' .. holder)
  local others = reserved - (own and numbers(own)[1] or 0)
  return { used_key = used_key, key = key, ends = ends, used = used, others = others, first_end = first_end,
    least = least, own = own, amount = 0 }
end

local function wait_for(state, units, holder)
  local ends, all = state.ends, redis.call('HGETALL', state.key)
  for i = 1, #all, 2 do
    if all[i] ~= '=' and all[i] ~= ':' .. holder then
      local amount, til = unpack(numbers(all[i + 1]))
      ends[#ends + 1] = { til, amount }
    end
  end
  table.sort(ends, function(x, y) return x[1] < y[1] end)
  local free = 0
  for _, each in ipairs(ends) do
    free = free + each[2]
    if free >= units then return math.ceil(each[1] - now) end
  end
  return -1
end

-- What is left of each once all are reserved, and what they are now. Or nothing, and of the one that is refused its
-- index, what is left of it, the wait (-1 for ever), and when its calendar period ends (-1 for none).
local function room_for(k, a, count, holder)
  local states, left = {}, {}
  for i = 1, count do
    local limit, window, _, calendar, amount = request_of(a, i)
    local used_key, key = KEYS[k + 2 * i - 1], KEYS[k + 2 * i]
    local state = states[key] or state_of(used_key, key, holder)
    states[key] = state
    state.window = window
    state.period = calendar == '' and 0 or period_end(calendar, now)
    local room = limit - state.used - state.others - state.amount
    if amount > room then
      local ends = calendar == '' and -1 or math.ceil(state.period - now)
      return nil, { i - 1, room, wait_for(state, amount - room, holder), ends }
    end
    state.amount = state.amount + amount
    left[i] = room - amount
  end
  return left, states
end

local function reserve_all(states, holder, lease)
  local til = math.ceil(now + lease)
  for key, state in pairs(states) do
    if state.amount > 0 then
      local first = write_reservation(key, ':' .. holder, state.amount, til, lease, state.period)
      write_sum(key, state.others + state.amount, math.min(first, state.first_end or first), math.min(lease, state.least or lease))
      outlive(key, math.max(til, now + state.window) + ${KEPT})
    elseif state.own then
      redis.call('HDEL', key, ':' .. holder)
      write_sum(key, state.others, state.first_end, state.least)
    end
  end
end
`

/**
 * KEYS: used and reserved of each allowance. ARGV: holder, lease, then limit, window, slots, calendar period, amount of each,
 * and milliseconds since what is settled was begun. Gives -1 and what is left of each, or what \`room_for\` says of the one that is refused.
 */
const reserve = `${NOW}${ALLOWANCES}
local left, states = room_for(0, 2, #KEYS / 2, ARGV[1])
if not left then return states end
reserve_all(states, ARGV[1], tonumber(ARGV[2]))
table.insert(left, 1, -1)
return left
`

/** KEYS and ARGV as of \`reserve\`, without a lease. Gives what is left of each. */
const settle = `${NOW}${ALLOWANCES}
local holder, states, left = ARGV[1], {}, {}
for i = 1, #KEYS / 2 do
  local _, window, slots, calendar, amount, ago = request_of(2, i)
  local state = states[KEYS[2 * i]] or state_of(KEYS[2 * i - 1], KEYS[2 * i], holder)
  states[state.key] = state
  if state.own then
    redis.call('HDEL', state.key, ':' .. holder)
    write_sum(state.key, state.others, state.first_end, state.least)
    state.period = numbers(state.own)[4]
    state.own = false
  end
  local til = 0
  -- It counts for the period in which it was begun, and when that is over, for none.
  if calendar ~= '' then til = state.period or period_end(calendar, now - ago) end
  if amount > 0 and (til == 0 or til > now) then
    if til > 0 then
      -- Notice by the calendar.
    elseif slots == 1 then
      for _, each in ipairs(state.ends) do til = math.max(til, each[1]) end
      if til == 0 then til = math.ceil(now + window) end
    else
      local width = window / slots
      til = math.ceil((math.floor(now / width) + 1) * width + window)
    end
    redis.call('HINCRBY', state.used_key, text(til), text(amount))
    outlive(state.used_key, til)
    state.ends[#state.ends + 1] = { til, amount }
    state.used = state.used + amount
  end
end
for i = 1, #KEYS / 2 do
  local state = states[KEYS[2 * i]]
  left[i] = request_of(2, i) - state.used - state.others
end
return left
`

/** KEYS: reserved of each allowance. ARGV: holder, lease. */
const renew = `${NOW}${ALLOWANCES}
local holder, lease = ':' .. ARGV[1], tonumber(ARGV[2])
local til = math.ceil(now + lease)
for _, key in ipairs(KEYS) do
  reserved_of(key)
  local own = redis.call('HGET', key, holder)
  if own then
    local amount, before, _, period, prolonged = unpack(numbers(own))
    if before < til or prolonged == 1 then
      write_reservation(key, holder, amount, til, lease, period)
      outlive(key, til)
    end
  end
end
return 0
`

/** KEYS: used and reserved of each allowance. Gives used, reserved and milliseconds until some of what is used is forgotten, of each. */
const usage = `${NOW}${ALLOWANCES}
local found = {}
for i = 1, #KEYS / 2 do
  local ends, used = used_of(KEYS[2 * i - 1])
  local first
  for _, each in ipairs(ends) do first = math.min(each[1], first or each[1]) end
  found[#found + 1] = used
  found[#found + 1] = (reserved_of(KEYS[2 * i]))
  found[#found + 1] = first and math.ceil(first - now) or 0
end
return found
`

/** By the name of the operation. Each takes as many keys as it is given. */
export const redisAllowanceScripts = { reserve, settle, renew, usage } as const
