import { ConfigError } from '../../kernel/errors.js'
import type { ChooseTarget, TargetView } from '../options.js'
import type { Member, Strategy } from '../strategy.js'

/** The caller's own function as a strategy. Its errors reach the caller unchanged. */
export function ownStrategy(choose: ChooseTarget): Strategy {
  return {
    id: 'own',
    create({ members, name }) {
      const views = members.map(viewOf)
      const indexes = new Map<unknown, number>(views.map((view, index) => [view, index]))
      return {
        select(call, available) {
          const open = views.filter((_, index) => available(index))
          if (open.length === 0) return undefined
          // It may be written in JavaScript, and return anything.
          const chosen: unknown = choose(open, call)
          if (chosen === undefined || chosen === null) return undefined
          const index = indexes.get(chosen)
          if (index !== undefined && available(index)) return { index, reason: 'own strategy' }
          const hint = chosen instanceof Promise ? '; it returned a promise, but must return a target' : ''
          throw new ConfigError(
            `models.${name}.strategy`,
            `the function returned none of the targets that it was given${hint}`,
          )
        },
      }
    },
  }
}

function viewOf({ target, weight, tags, health }: Member): TargetView {
  return Object.freeze({
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
  })
}
