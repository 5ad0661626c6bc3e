/** A whole admission in Redis: places, rates and reservations in one script, all of them or none. */
import { ALLOWANCES } from './redis-allowance-scripts.js'
import { NOW, PLACES, RATES } from './redis-scripts.js'

/**
 * KEYS: places, rates, then used and reserved of each allowance. ARGV: how many places, rates and allowances; limit, holder
 * and lease of each place; limit, window and units of each rate; then as of \`reserve\`. Gives 0, and what is left of each rate
 * and of each allowance. Or 1 for places, 2 for rates, 3 for allowances, and what their own scripts say of a refusal.
 */
const admit = `${NOW}${RATES}${PLACES}${ALLOWANCES}
local places, rates, allowances = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local of_rates = 3 + 3 * places
local of_allowances = of_rates + 3 * rates
local holder, lease = ARGV[of_allowances + 1], tonumber(ARGV[of_allowances + 2])
for i = 1, places do
  if not place_for(KEYS[i], tonumber(ARGV[3 * i + 1]), ARGV[3 * i + 2]) then return { 1, i - 1 } end
end
local remaining, refused = units_of(places, of_rates, rates)
if not remaining then return { 2, refused[1], refused[2] } end
local left, states = room_for(places + rates, of_allowances + 2, allowances, holder)
if not left then return { 3, states[1], states[2], states[3], states[4] } end
for i = 1, places do place(KEYS[i], ARGV[3 * i + 2], tonumber(ARGV[3 * i + 3])) end
take_all(places, of_rates, rates)
reserve_all(states, holder, lease)
local all = { 0 }
for i = 1, rates do all[#all + 1] = remaining[i] end
for i = 1, allowances do all[#all + 1] = left[i] end
return all
`

export const redisAdmitScript = { admit } as const
