/** Faults of the requested model: it does not exist, or its own output was invalid. */
import { REFUSED, type ErrorFact } from './fact.js'

/** The model's name may come in between, with quotes. */
const NAMED = String.raw`\bmodel(?: name| id| code| identifier| version|s)?:? ?(?!(?:output|response|answer|input|param|config|request|setting|call|tool)\w*\b)(?:[\x60'"“‘(\[]{0,2}[\w./:@#-]{1,120}[\x60'"”’)\]]{0,2},? ){0,2}`

const GONE =
  "(?:(?:does|do) ?n[o'’]t exist|not exist|not found|not be found|unknown|invalid|is not (?:available|found|supported|valid|deployed|recognized|enabled|activated|accessible)|" +
  '(?:was|has been|have been|is|are)(?: \\w+)? (?:deprecated|decommissioned|retired|removed|shut ?down|sunset|discontinued|disabled)|' +
  'is no longer (?:available|supported)|(?:has )?reached (?:its |the )?end[ -]of(?: its)?[ -]life)'

const NOT_THERE = new RegExp(
  [
    // OpenAI, Groq, Together, DeepSeek ("Model Not Exist"), Voyage, Mistral, Perplexity, Bedrock ("model identifier is invalid").
    NAMED + GONE,
    String.raw`\bmodel (?:name |id |identifier )?is (?:invalid|not valid|deprecated|retired)`,
    // OpenRouter, Zhipu 1211, MiniMax, Replicate.
    String.raw`not a valid model|(?:unknown|invalid|unsupported|unrecognized|incorrect|no such|nonexistent|non-existent) model\b(?! (?:input|param|config|output|request|arg|kwarg|setting))`,
    String.raw`unable to access (?:the )?(?:non-serverless )?model|inaccessible, and/or not deployed|not found the model|no longer available to new users`,
    // Bedrock: profiles, access and end of life.
    String.raw`on-demand throughput|inference profile|marked by provider as legacy|enabled only for api versions|no models? (?:is |are )?loaded|model access (?:is )?denied`,
    // Gateways.
    String.raw`not supported by any (?:provider|configured)|no healthy deployments? for this model|no (?:available )?(?:provider|channel)s?(?: available)? for model|model_not_found`,
    String.raw`模型.{0,20}(?:不存在|已下线|未上线|未开通|不支持)|不存在或未上线|已下线`,
  ].join('|'),
  'i',
)

/** The model's own tool calls or JSON are invalid: Groq, Bedrock Nova, Fireworks, Together, vLLM. */
const OWN_FAULT = new RegExp(
  [
    /tool call validation failed|failed to call a function|failed_generation|tool_use_failed|json_validate_failed/i,
    /failed to (?:generate|validate|produce|parse)(?: \w+){0,3} (?:json|tool calls?|function calls?|output)\b(?! schema)/i,
    /model (?:produced|returned|generated|output)(?: \w+){0,2} (?:invalid|malformed|unparsable|unexpected)|parsing failed\. the model generated/i,
  ]
    .map(({ source }) => source)
    .join('|'),
  'i',
)

/** A server that has lost its model and sends a 400 (LM Studio, vLLM), or a gateway that has lost its provider. */
const CRASHED =
  /model has (?:unloaded|crashed)|engine ?dead|enginecore encountered|\bupstream (?:\w+ ){0,2}?(?:is )?(?:unavailable|unreachable|down|timed out|timeout|connect error|connection)|\b(?:bad gateway|gateway time-?out)\b/i

export const model: readonly ErrorFact[] = [
  { is: 'server', from: ['bad-request'], words: CRASHED },
  { is: 'invalid-output', from: REFUSED, words: OWN_FAULT },
  { is: 'not-found', from: REFUSED, words: NOT_THERE },
]
