import { ConfigError } from '../../kernel/errors.js'
import type { ChooseTarget, TargetView } from '../options.js'
import type { Member, Strategy } from '../strategy.js'

/** The caller's own function as a strategy. */
export function ownStrategy(choose: ChooseTarget): Strategy {
  return {
    id: 'own',
    create({ members, name }) {
      const views = members.map(viewOf)
      return {
        select(call, available) {
          const open = views.filter((_, index) => available(index))
          if (open.length === 0) return undefined
          const chosen = choose(open, call)
          if (chosen === undefined) return undefined
          const index = views.indexOf(chosen)
          if (open.includes(chosen)) return { index, reason: 'own strategy' }
          throw new ConfigError(`models.${name}.strategy`, 'the function gave something that is none of the targets it got')
        },
      }
    },
  }
}

function viewOf({ target, weight, tags, health }: Member): TargetView {
  return {
    id: target.id,
    provider: target.provider.id,
    model: target.model,
    weight,
    tags,
    get inFlight() {
      return health.inFlight
    },
    get errorRate() {
      return health.errorRate
    },
    get msPerToken() {
      return health.msPerToken
    },
    get msToFirstChunk() {
      return health.msToFirstChunk
    },
    get headroom() {
      return health.headroom
    },
  }
}
