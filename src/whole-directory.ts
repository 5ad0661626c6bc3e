/** What the rows of all providers say of hosts. Loads them when it is first asked for one of theirs. */
import { directoryOf } from './providers/directory.js'
import { providersById } from './providers/index.js'
import { mayBeKnown } from './providers/known-hosts.js'

export const directory = /* @__PURE__ */ directoryOf(() => [...providersById().values()], mayBeKnown)
