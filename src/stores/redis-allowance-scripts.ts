/**
 * Allowances in Redis: one script for each operation, by the server's clock. Each allowance has two hashes. One holds
 * what is used, by the time at which it is forgotten. The other holds what is reserved: `:holder` is `amount until`,
 * and `=` is their sum and a time before which none of them runs out, so that not every call reads them all.
 */
import { NOW } from './redis-scripts.js'

const STATE = `${NOW}
-- An integer up to 2^53 without an exponent.
local function text(number) return string.format('%.0f', number) end

local function pair(value)
  local first, second = string.match(value, '^(%S+) (%S+)$')
  return tonumber(first), tonumber(second)
end

local function outlive(key, til)
  if redis.call('PTTL', key) < til - now then redis.call('PEXPIRE', key, text(math.ceil(til - now))) end
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

local function write_sum(key, total, first_end)
  if total == 0 then redis.call('DEL', key)
  else redis.call('HSET', key, '=', text(total) .. ' ' .. text(first_end)) end
end

-- Sum of what is reserved, and a time before which none of it runs out. Drops what has run out.
local function reserved_of(key)
  local sum = redis.call('HGET', key, '=')
  if not sum then return 0 end
  local total, first_end = pair(sum)
  if now < first_end then return total, first_end end
  local all = redis.call('HGETALL', key)
  total, first_end = 0, nil
  for i = 1, #all, 2 do
    if all[i] ~= '=' then
      local amount, til = pair(all[i + 1])
      if til > now then
        total = total + amount
        first_end = math.min(til, first_end or til)
      else redis.call('HDEL', key, all[i]) end
    end
  end
  write_sum(key, total, first_end or 0)
  return total, first_end
end

local function state_of(i, holder)
  local used_key, key = KEYS[2 * i - 1], KEYS[2 * i]
  local ends, used = used_of(used_key)
  local reserved, first_end = reserved_of(key)
  local own = redis.call('HGET', key, ':' .. holder)
  local others = reserved - (own and pair(own) or 0)
  return { used_key = used_key, key = key, ends = ends, used = used, others = others, first_end = first_end, own = own, amount = 0 }
end
`

/**
 * KEYS: used and reserved of each allowance. ARGV: holder, lease, then limit, window, slots and amount of each. Gives -1
 * and what is left of each, or the index refused, what is left of it, and the wait, which is -1 for ever.
 */
const reserve = `${STATE}
local holder, til = ARGV[1], math.ceil(now + tonumber(ARGV[2]))

local function wait_for(state, units)
  local ends, all = state.ends, redis.call('HGETALL', state.key)
  for i = 1, #all, 2 do
    if all[i] ~= '=' and all[i] ~= ':' .. holder then
      local amount, til = pair(all[i + 1])
      ends[#ends + 1] = { til, amount }
    end
  end
  table.sort(ends, function(a, b) return a[1] < b[1] end)
  local free = 0
  for _, each in ipairs(ends) do
    free = free + each[2]
    if free >= units then return math.ceil(each[1] - now) end
  end
  return -1
end

local states, left = {}, {}
for i = 1, #KEYS / 2 do
  local limit, amount = tonumber(ARGV[4 * i - 1]), tonumber(ARGV[4 * i + 2])
  local state = states[KEYS[2 * i]] or state_of(i, holder)
  states[state.key] = state
  local room = limit - state.used - state.others - state.amount
  if amount > room then return { i - 1, room, wait_for(state, amount - room) } end
  state.amount = state.amount + amount
  left[i] = room - amount
end
for key, state in pairs(states) do
  if state.amount > 0 then
    redis.call('HSET', key, ':' .. holder, text(state.amount) .. ' ' .. text(til))
    write_sum(key, state.others + state.amount, math.min(til, state.first_end or til))
    outlive(key, til)
  elseif state.own then
    redis.call('HDEL', key, ':' .. holder)
    write_sum(key, state.others, state.first_end)
  end
end
return { -1, unpack(left) }
`

/** KEYS: used and reserved of each allowance. ARGV: holder, nothing, then limit, window, slots and amount of each. Gives what is left of each. */
const settle = `${STATE}
local holder, states, left = ARGV[1], {}, {}
for i = 1, #KEYS / 2 do
  local window, slots, amount = tonumber(ARGV[4 * i]), tonumber(ARGV[4 * i + 1]), tonumber(ARGV[4 * i + 2])
  local state = states[KEYS[2 * i]] or state_of(i, holder)
  states[state.key] = state
  if state.own then
    redis.call('HDEL', state.key, ':' .. holder)
    write_sum(state.key, state.others, state.first_end)
    state.own = false
  end
  if amount > 0 then
    local til = 0
    if slots == 1 then
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
  left[i] = tonumber(ARGV[4 * i - 1]) - state.used - state.others
end
return left
`

/** KEYS: reserved of each allowance. ARGV: holder, lease. */
const renew = `${STATE}
local holder, til = ':' .. ARGV[1], math.ceil(now + tonumber(ARGV[2]))
for _, key in ipairs(KEYS) do
  local own = redis.call('HGET', key, holder)
  local amount, before
  if own then amount, before = pair(own) end
  if own and before > now and before < til then
    redis.call('HSET', key, holder, text(amount) .. ' ' .. text(til))
    outlive(key, til)
  end
end
return 0
`

/** KEYS: used and reserved of each allowance. Gives used, reserved and milliseconds until some of what is used is forgotten, of each. */
const usage = `${STATE}
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
