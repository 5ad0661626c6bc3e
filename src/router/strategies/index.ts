/** Every routing strategy, one line each. */
import type { Strategy } from '../strategy.js'
import { adaptive } from './adaptive.js'
import { conditional } from './conditional.js'
import { cost } from './cost.js'
import { latency } from './latency.js'
import { leastBusy } from './least-busy.js'
import { ordered } from './ordered.js'
import { roundRobin } from './round-robin.js'
import { sticky } from './sticky.js'
import { tags } from './tags.js'
import { usage } from './usage.js'
import { weighted } from './weighted.js'

export const strategies: ReadonlyMap<string, Strategy> = new Map(
  [ordered, weighted, roundRobin, leastBusy, latency, cost, usage, adaptive, tags, conditional, sticky].map(
    (strategy) => [strategy.id, strategy],
  ),
)
