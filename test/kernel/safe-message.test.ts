import { expect, test } from 'vitest'
import { safeMessage } from '../../src/kernel/safe-message.js'

test.each([
  ['an OpenAI key', 'sk-proj-abcDEF1234567890'],
  ['a masked key', 'sk-abcd********wxyz'],
  ['a Groq key', 'gsk_0123456789abcdefghij'],
  ['an xAI key', 'xai-0123456789abcdefghij'],
  ['a Hugging Face token', 'hf_abcdefghijKLMNOPqrst'],
  ['a Replicate token', 'r8_abcdefghij0123456789'],
  ['a Google key', 'AIzaSyA-0123456789abcdefghijklmnopqrstu'],
  ['a Google token', 'ya29.a0AfB_by-0123456789'],
  ['an AWS key id', 'AKIAIOSFODNN7EXAMPLE'],
  ['an AWS session key id', 'ASIAIOSFODNN7EXAMPLE'],
  ['a bearer token', 'Bearer abcdefghijklmnop'],
  ['a web token', 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.dozjgNryP4J3jVmNHl0w5N'],
  ['a long random value', '8fJ2kLm9QpR4sTu7VwX1yZa3BcD5eFg6HiK0'],
  ['base64', 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+A8AAQUBAScY42YAAAAASUVORK5CYII='],
])('%s is not shown', (_name, secret) => {
  expect(safeMessage(`the key ${secret} is wrong, said the server`)).toBe('the key [key] is wrong, said the server')
})

test('a value that is called a secret is not shown', () => {
  expect(safeMessage('bad api_key: zq81kk20vv, "access_token":"q1w2e3r4t5"')).toBe(
    'bad api_key: [key], "access_token":"[key]"',
  )
  expect(safeMessage('secret access key = wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY')).toBe('secret access key = [key]')
})

test('names of models, ids, addresses and words stay', () => {
  for (const text of [
    'the model Meta-Llama-4-Maverick-17B-128E-Instruct-FP8-Turbo-Latest is unknown',
    'no such path /v1/accounts/Example/models/Some-Model-2026/deployments/Another-One7',
    'request 7d9f5c86-3a2e-4a6e-9c48-0a3c6e9b1f22 failed',
    'trace 4bf92f3577b34da6a3ce929d0e0e4736',
    'invalid api_key: must be a string',
    '`max_completion_tokens: 123456789` is above the limit of this model',
    'InvalidParameterValueExceptionOfTheService',
  ]) {
    expect(safeMessage(text)).toBe(text)
  }
})

test('a message is at most 1000 characters, and a secret at the cut is no half secret', () => {
  expect(safeMessage('word '.repeat(1000))).toHaveLength(1001)
  const cut = safeMessage(`${'word '.repeat(198)}sk-proj-abcDEF1234567890`)
  expect(cut).not.toContain('sk-')
})
