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

/**
 * @param folder - Of the project: where they are installed.
 * @param leastNode - The major version of Node.js that they need.
 */
export function withTools(folder = 'test/beside', leastNode = 20): Tools {
  const path = join(root, folder)
  const why = [
    !existsSync(join(path, 'node_modules/openai')) && 'not installed: npm run tools',
    Number.parseInt(process.versions.node, 10) < leastNode && `needs Node ${leastNode}`,
  ].find((reason) => reason !== false)
  const isInstalled = why === undefined
  let provider: FakeProvider | undefined
  beforeAll(async () => {
    if (isInstalled) provider = await startFakeProvider()
  })
  afterAll(() => provider?.close())
  return {
    folder: path,
    isInstalled,
    title: isInstalled ? 'beside' : `(${why}) beside`,
    provider: () => provider as FakeProvider,
  }
}
