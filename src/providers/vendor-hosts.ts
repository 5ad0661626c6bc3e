/**
 * Hosts of model vendors that have no row yet. Telemetry needs them all the same: SDKs of these vendors
 * are traced, and their hosts receive no trace context.
 */
export interface VendorHosts {
  /** Value of `gen_ai.provider.name`. */
  readonly telemetryName: string
  /** Host names, or suffixes that begin with a dot. A star stands for one or more characters within a label. */
  readonly hosts: readonly string[]
  /** Page that the hosts come from. */
  readonly docs: string
}

export const vendorHosts: readonly VendorHosts[] = [
  {
    telemetryName: 'azure.ai.openai',
    hosts: ['.openai.azure.com', '.openai.azure.us'],
    docs: 'https://learn.microsoft.com/azure/ai-foundry/openai/reference',
  },
  {
    telemetryName: 'azure.ai.inference',
    hosts: ['.services.ai.azure.com', '.models.ai.azure.com', 'models.inference.ai.azure.com'],
    docs: 'https://learn.microsoft.com/rest/api/aifoundry/modelinference',
  },
  {
    telemetryName: 'aws.bedrock',
    hosts: ['bedrock-runtime.*.amazonaws.com', 'bedrock-runtime-fips.*.amazonaws.com', 'bedrock-agent-runtime.*.amazonaws.com', 'bedrock-mantle.*.api.aws'],
    docs: 'https://docs.aws.amazon.com/general/latest/gr/bedrock.html',
  },
  {
    telemetryName: 'gcp.vertex_ai',
    hosts: ['aiplatform.googleapis.com', '*-aiplatform.googleapis.com'],
    docs: 'https://cloud.google.com/vertex-ai/docs/reference/rest',
  },
  {
    telemetryName: 'cohere',
    hosts: ['api.cohere.com', 'api.cohere.ai'],
    docs: 'https://docs.cohere.com/reference/about',
  },
  {
    telemetryName: 'hugging_face',
    hosts: ['router.huggingface.co', 'api-inference.huggingface.co', '.endpoints.huggingface.cloud'],
    docs: 'https://huggingface.co/docs/inference-providers',
  },
  {
    telemetryName: 'ibm.watsonx.ai',
    hosts: ['.ml.cloud.ibm.com'],
    docs: 'https://cloud.ibm.com/apidocs/watsonx-ai',
  },
]
