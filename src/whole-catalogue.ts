/** Every wire format and every provider of this version: the catalogue of `tracestitch` itself. */
import { catalogueOf } from './kernel/catalogue.js'
import { formats } from './protocols/index.js'
import { directoryOf } from './providers/directory.js'
import { providers } from './providers/index.js'

export const everything = /* @__PURE__ */ catalogueOf(formats, providers.values(), true)

export const directory = /* @__PURE__ */ directoryOf([...providers.values()])
