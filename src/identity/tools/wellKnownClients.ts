/** Public client id of Azure CLI, the same in every tenant. All users of Azure CLI in a tenant share its rate limit. */
export const AZURE_CLI_CLIENT_ID = '04b07795-8ddb-461a-bbee-02f9e1bf7b46';
