import { strategies } from '../../src/router/strategies/index.js'
import { testStrategy } from '../contracts/strategy.js'

for (const strategy of strategies.values()) testStrategy({ strategy })

const others: readonly (readonly [string, Readonly<Record<string, unknown>>])[] = [
  ['latency', { tolerance: 0 }],
  ['tags', { match: 'all' }],
  ['sticky', { by: 'user' }],
  ['sticky', { by: 'session' }],
]
for (const [id, options] of others) {
  const strategy = strategies.get(id)
  if (strategy) testStrategy({ strategy, options })
}
