/**
 * Amazon Bedrock's runtime client of the AWS SDK for JavaScript 3: every operation is a command that `send` takes
 * (https://docs.aws.amazon.com/bedrock/latest/APIReference/API_Operations_Amazon_Bedrock_Runtime.html).
 */
import {
  asString,
  countedTokens,
  outputType,
  path,
  usageInSpeech,
  type Integration,
  type ModuleTarget,
} from '../src/autolog/contract.js'
import { agents } from './bedrock/agents.js'
import { commandsOf, pathOf, shared, type Operation } from './bedrock/command.js'
import { invoke } from './bedrock/invoke.js'
import { jsonOf } from './bedrock/json.js'

const converse =
  (operation: 'converse' | 'converse-stream'): Operation =>
  (input) => ({
    ...shared(input),
    protocol: 'bedrock-converse',
    bytes: 'base64',
    path: () => pathOf(input, operation),
    ...(operation === 'converse-stream' && { stream: (result) => path(result, 'stream') }),
  })

/** A conversation in speech, until the program ends it. */
const converseInSpeech: Operation = (input) => ({
  ...shared(input),
  protocol: 'json',
  operation: 'generate_content',
  attributes: outputType('speech'),
  request: () => ({ stream: true }),
  stream: (result) => path(result, 'body'),
  event: (piece) => ({ data: usageInSpeech(jsonOf(path(piece, 'chunk', 'bytes'))) }),
})

/** Moderation. It counts units of text, not tokens. */
const judge: Operation = (input) => ({
  ...shared(input),
  protocol: 'json',
  operation: 'moderation',
  answer: () => undefined,
  responseAttributes(result) {
    const action = asString(path(result, 'action'))
    return action === undefined ? {} : { 'aws.bedrock.guardrail.action': action }
  },
})

const countTokens: Operation = (input) => ({
  ...shared(input),
  protocol: 'json',
  operation: 'count_tokens',
  answer: () => undefined,
  responseAttributes: (result) => countedTokens(path(result, 'inputTokens')),
})

/** Without jobs whose answers go to a bucket (`StartAsyncInvoke` and the like): no program reads them here. */
const RUNTIME: Readonly<Record<string, Operation>> = {
  ApplyGuardrail: judge,
  Converse: converse('converse'),
  ConverseStream: converse('converse-stream'),
  CountTokens: countTokens,
  InvokeGuardrailChecks: judge,
  InvokeModel: invoke(false),
  InvokeModelWithBidirectionalStream: converseInSpeech,
  InvokeModelWithResponseStream: invoke(true),
}

/** The methods of `BedrockRuntime`, which extends the client, call `send`. */
const instrument: ModuleTarget['instrument'] = (module, patcher) => {
  patcher.call(path(module, 'BedrockRuntimeClient', 'prototype'), 'send', commandsOf(module, RUNTIME))
}

export const bedrock: Integration = {
  id: 'bedrock',
  targets: [
    {
      package: '@aws-sdk/client-bedrock-runtime',
      tested: '3',
      shapes: { BedrockRuntimeClient: ['prototype.send', 'prototype.destroy'] },
      instrument,
    },
    agents,
  ],
}
