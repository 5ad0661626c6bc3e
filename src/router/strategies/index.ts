/** Every routing strategy, one line each. */
import type { Strategy } from '../strategy.js'
import { ordered } from './ordered.js'

export const strategies: ReadonlyMap<string, Strategy> = new Map([ordered].map((strategy) => [strategy.id, strategy]))
