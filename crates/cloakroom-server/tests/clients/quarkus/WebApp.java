// A web application behind Quarkus' login, configured by nothing but what the console shows.
package shop;

import io.quarkus.oidc.IdToken;
import io.quarkus.security.Authenticated;
import jakarta.inject.Inject;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import org.eclipse.microprofile.jwt.JsonWebToken;

@Authenticated
@Path("/who")
public class WebApp {
    @IdToken
    @Inject
    JsonWebToken token;

    @GET
    public String who() {
        return token.getClaim("preferred_username");
    }
}
