import spec from './pinecone.case.js'
import { testIntegration } from './matrix.js'

testIntegration(spec, 'pinecone.case.ts')
