/** The public client that Azure CLI signs in as, in every tenant. All who use it in a tenant share its limit of calls. */
export const AZURE_CLI_CLIENT_ID = '04b07795-8ddb-461a-bbee-02f9e1bf7b46';
