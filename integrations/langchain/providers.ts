/** Maps LangChain's names of providers and finish reasons to those of the GenAI conventions and the hub. */
import type { hub } from '../../src/autolog/contract.js'

/** By `ls_provider` of the packages of LangChain, in lower case. */
const PROVIDERS: Readonly<Record<string, string>> = {
  amazon_bedrock: 'aws.bedrock',
  aws: 'aws.bedrock',
  aws_bedrock: 'aws.bedrock',
  azure: 'azure.ai.openai',
  azure_openai: 'azure.ai.openai',
  azureopenai: 'azure.ai.openai',
  bedrock: 'aws.bedrock',
  google: 'gcp.gen_ai',
  'google-genai': 'gcp.gemini',
  'google-vertexai': 'gcp.vertex_ai',
  google_genai: 'gcp.gemini',
  google_vertexai: 'gcp.vertex_ai',
  googlegenerativeai: 'gcp.gemini',
  ibm: 'ibm.watsonx.ai',
  mistral: 'mistral_ai',
  mistralai: 'mistral_ai',
  moonshot: 'moonshot_ai',
  vertexai: 'gcp.vertex_ai',
  watsonx: 'ibm.watsonx.ai',
  xai: 'x_ai',
}

export function providerName(lsProvider: string | undefined): string {
  const name = lsProvider?.toLowerCase()
  if (!name) return 'langchain'
  return PROVIDERS[name] ?? name
}

/** By the values of `finish_reason`, `stop_reason`, `finishReason` or `done_reason` of providers. */
const FINISH_REASONS: Readonly<Record<string, hub.FinishReason>> = {
  stop: 'stop',
  end_turn: 'stop',
  stop_sequence: 'stop',
  complete: 'stop',
  eos_token: 'stop',
  length: 'length',
  max_tokens: 'length',
  model_context_window_exceeded: 'length',
  tool_calls: 'tool_calls',
  tool_use: 'tool_calls',
  tool_call: 'tool_calls',
  function_call: 'function_call',
  content_filter: 'content_filter',
  content_filtered: 'content_filter',
  guardrail_intervened: 'content_filter',
  refusal: 'content_filter',
  safety: 'content_filter',
  recitation: 'content_filter',
  blocklist: 'content_filter',
  prohibited_content: 'content_filter',
  error_toxic: 'content_filter',
}

/** `undefined` if the hub has no such reason. */
export function finishReason(said: string | undefined): hub.FinishReason | undefined {
  return said === undefined ? undefined : FINISH_REASONS[said.toLowerCase()]
}
