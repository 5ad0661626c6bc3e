/** `@typesafe-ai/sdk`: questions with probabilities (https://www.npmjs.com/package/@typesafe-ai/sdk). */
import {
  asString,
  isObject,
  path,
  type CallDeclaration,
  type Integration,
  type ModuleTarget,
} from '../src/autolog/contract.js'

const decide: CallDeclaration = {
  protocol: 'systemone',
  provider: 'typesafe',
  baseURL: (self) => asString(path(self, 'baseURL')),
  request: ([, request]) => path(request, 'body'),
}

const instrument: ModuleTarget['instrument'] = (module, patcher) => {
  const holder = path(module, 'TypeSafeClient', 'prototype')
  // The promise that `systemOne` gives asks this only once, however it is awaited, and its answer is a response.
  if (isObject(holder) && 'fetchWithRetries' in holder)
    patcher.call(holder, 'fetchWithRetries', ([, request]) =>
      path(request, 'path') === '/v1/systemone' ? decide : undefined,
    )
}

export const typesafe: Integration = {
  id: 'typesafe',
  targets: [
    {
      package: '@typesafe-ai/sdk',
      tested: '0',
      shapes: { TypeSafeClient: ['prototype.systemOne'] },
      instrument,
    },
  ],
}
