/** The tools that `npm run tools` installs, and a provider for programs beside them. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll } from 'vitest'
import { root } from '../architecture/sources.js'
import { startFakeProvider, type FakeProvider } from '../support/fake-provider.js'

export interface Tools {
  readonly folder: string
  readonly isInstalled: boolean
  /** Says in a test's name why it is skipped. */
  readonly title: string
  readonly provider: () => FakeProvider
}

export function withTools(): Tools {
  const folder = join(root, 'test/beside')
  const isInstalled = existsSync(join(folder, 'node_modules/openai'))
  let provider: FakeProvider | undefined
  beforeAll(async () => {
    if (isInstalled) provider = await startFakeProvider()
  })
  afterAll(() => provider?.close())
  return {
    folder,
    isInstalled,
    title: isInstalled ? 'beside' : '(not installed: npm run tools) beside',
    provider: () => provider as FakeProvider,
  }
}
