// dotnet add package Microsoft.AspNetCore.Authentication.OpenIdConnect
// The redirect URI is https://YOUR-APP/signin-oidc.
builder.Services
    .AddAuthentication(options =>
    {
        options.DefaultScheme = CookieAuthenticationDefaults.AuthenticationScheme;
        options.DefaultChallengeScheme = OpenIdConnectDefaults.AuthenticationScheme;
    })
    .AddCookie()
    .AddOpenIdConnect(options =>
    {
        options.Authority = "{issuer}";
        options.ClientId = "{client_id}";
        options.ClientSecret = builder.Configuration["ClientSecret"];
        options.ResponseType = "code";
        options.UsePkce = true;
        options.SaveTokens = true;
    });
