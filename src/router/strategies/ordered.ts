import type { Strategy } from '../strategy.js'

/** As written: the first target serves, the others stand behind it. */
export const ordered: Strategy = { id: 'ordered', order: (targets) => targets }
