/** `voyageai`: embeddings of texts, of images and of parts of a document, and rerank. */
import { path, type CallDeclaration, type Integration, type ModuleTarget } from '../src/autolog/contract.js'
import { baseURLOf, fern, patchFern } from './shared/fern.js'

const shared = {
  provider: 'voyageai',
  spelling: 'camel',
  baseURL: (self) => baseURLOf(self, 'https://api.voyageai.com/v1'),
  ...fern,
} satisfies Partial<CallDeclaration>

const embed: CallDeclaration = { ...shared, protocol: 'voyage-embeddings' }
/** Formats of their own. Only the usage is read. */
const other: CallDeclaration = { ...shared, protocol: 'json', operation: 'embeddings' }

const instrument: ModuleTarget['instrument'] = (module, patcher) => {
  patchFern(patcher, path(module, 'VoyageAIClient', 'prototype'), {
    embed,
    rerank: { ...shared, protocol: 'voyage-rerank' },
    multimodalEmbed: other,
    contextualizedEmbed: other,
  })
}

const shapes = { VoyageAIClient: ['prototype.embed', 'prototype.rerank'] }

export const voyageai: Integration = {
  id: 'voyageai',
  targets: [{ package: 'voyageai', tested: '0', shapes, instrument }],
}
