/** What the rows of all providers say of hosts. Loads them when it is first asked. */
import { directoryOf } from './providers/directory.js'
import { providersById } from './providers/index.js'

export const directory = /* @__PURE__ */ directoryOf(() => [...providersById().values()])
