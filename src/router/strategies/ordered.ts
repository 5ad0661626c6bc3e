import type { Strategy } from '../strategy.js'

/** As written: the first target serves, the others stand behind it. */
export const ordered: Strategy = {
  id: 'ordered',
  create: ({ members }) => ({
    select(_call, available) {
      const index = members.findIndex((_, i) => available(i))
      return index < 0 ? undefined : { index, reason: 'first in order' }
    },
  }),
}
