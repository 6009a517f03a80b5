// A web application behind Spring Security's login, configured by nothing but what the console shows.
package shop;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.security.oauth2.core.oidc.user.OidcUser;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

@SpringBootApplication
@RestController
public class WebApp {
    public static void main(String[] arguments) {
        SpringApplication.run(WebApp.class, arguments);
    }

    @GetMapping("/")
    String who(@AuthenticationPrincipal OidcUser user) {
        return user.getPreferredUsername();
    }
}
