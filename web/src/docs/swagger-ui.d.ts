declare module 'swagger-ui-dist/swagger-ui-es-bundle.js' {
  export interface Settings {
    url: string
    dom_id: string
    deepLinking: boolean
    docExpansion: 'list' | 'full' | 'none'
    defaultModelsExpandDepth: number
    validatorUrl: null
  }
  export default function SwaggerUI(settings: Settings): unknown
}
