/** Copies of OpenTelemetry's API in the program, found and seen to load as SDKs are: a set-up may register through any of them. */
import { watchRegistrations, type ApiCopy } from '../telemetry/set-up/registration.js'
import type { Integration, IntegrationEntry } from './contract.js'

const copies: Integration = {
  id: 'opentelemetry-api',
  isInternal: true,
  targets: [
    {
      package: '@opentelemetry/api',
      tested: '1',
      instrument(module, patcher) {
        watchRegistrations(module as unknown as ApiCopy)
        // It stays: what is registered stays too.
        patcher.hook(() => undefined)
      },
    },
  ],
}

export const apiCopies: IntegrationEntry = {
  id: copies.id,
  packages: ['@opentelemetry/api'],
  providers: [],
  load: () => copies,
}
