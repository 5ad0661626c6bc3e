/** With `autolog()`, a call of `ai` through the client is one model call: the two layers share its span. */
import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { root } from '../architecture/sources.js'

const run = promisify(execFile)

test.each(['5', '6', '7'])('AI SDK %s: one span for each call of the model', async (version) => {
  const { stdout: out, stderr } = await run(process.execPath, [join(root, 'test/ai-sdk/child.mjs'), version], {
    cwd: root,
  })
  const printed = out + stderr
  const spans = printed
    .split('\n')
    .flatMap((line) => /(invoke_workflow \w+|chat \w+|attempt \S+)/.exec(line)?.[1] ?? [])
  expect(spans).toEqual([
    'invoke_workflow generateText',
    'chat smart',
    'attempt openai/gpt-5-mini',
    'invoke_workflow streamText',
    'chat smart',
    'attempt openai/gpt-5-mini',
  ])
  expect(printed.match(/chat smart .*8 → 3 tokens {2}\$0.00000800/g)).toHaveLength(2)
})
