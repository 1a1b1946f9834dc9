// Judges PDF files by veraPDF, PDF/UA-1 and PDF/A-2a, in one JVM. Writes one line of JSON for each file and profile.
// Run: java -cp JARS Check.java LIST, where LIST names one file in each line. Judges nothing itself.

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.logging.LogManager;
import org.verapdf.gf.foundry.VeraGreenfieldFoundryProvider;
import org.verapdf.pdfa.Foundries;
import org.verapdf.pdfa.PDFAParser;
import org.verapdf.pdfa.PDFAValidator;
import org.verapdf.pdfa.flavours.PDFAFlavour;
import org.verapdf.pdfa.results.TestAssertion;
import org.verapdf.pdfa.results.ValidationResult;
import org.verapdf.pdfa.validation.profiles.Profiles;
import org.verapdf.pdfa.validation.profiles.ValidationProfile;

public class Check {
    private static final String[] FLAVOURS = {"ua1", "2a"};
    private static final String[] RULES = {"PDFUA-1.xml", "PDFA-2A.xml"};
    private static final int MOST_FAULTS = 200;

    public static void main(String[] arguments) throws Exception {
        LogManager.getLogManager().reset();
        VeraGreenfieldFoundryProvider.initialise();
        PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        List<ValidationProfile> profiles = new ArrayList<>();
        for (String name : RULES) {
            profiles.add(profile(name));
        }
        int number = 0;
        for (String file : Files.readAllLines(Path.of(arguments[0]), StandardCharsets.UTF_8)) {
            for (int at = 0; at < FLAVOURS.length; at++) {
                out.println("{\"file\": " + number + ", \"profile\": " + quoted(FLAVOURS[at])
                    + ", \"rules\": " + profiles.get(at).getRules().size() + ", " + verdict(file, FLAVOURS[at], profiles.get(at)) + "}");
            }
            number++;
        }
    }

    /** The profiles lie in the jar; veraPDF's own list of them comes up empty there. */
    private static ValidationProfile profile(String name) throws Exception {
        try (InputStream rules = Foundries.class.getClassLoader().getResourceAsStream("org/verapdf/pdfa/validation/" + name)) {
            if (rules == null) {
                throw new IOException(name + " is not in the jar");
            }
            return Profiles.profileFromXml(rules);
        }
    }

    private static String verdict(String file, String flavour, ValidationProfile profile) {
        try (PDFAParser parser = Foundries.defaultInstance().createParser(new File(file), PDFAFlavour.byFlavourId(flavour));
             PDFAValidator validator = Foundries.defaultInstance().createValidator(profile, MOST_FAULTS, false, false, false)) {
            ValidationResult result = validator.validate(parser);
            return "\"passed\": " + result.isCompliant() + ", \"checks\": " + result.getTotalAssertions()
                + ", \"faults\": " + faults(result);
        } catch (Exception | OutOfMemoryError | StackOverflowError error) {
            return "\"passed\": false, \"checks\": 0, \"faults\": [" + quoted("cannot be judged: " + error) + "]";
        }
    }

    /** One text for each rule that is broken, with the first place. */
    private static String faults(ValidationResult result) {
        Map<String, String> found = new TreeMap<>();
        for (TestAssertion assertion : result.getTestAssertions()) {
            if (assertion.getStatus() == TestAssertion.Status.FAILED) {
                String rule = assertion.getRuleId().getClause() + " t" + assertion.getRuleId().getTestNumber();
                found.putIfAbsent(rule, rule + " " + assertion.getMessage() + " At " + assertion.getLocation().getContext());
            }
        }
        List<String> texts = new ArrayList<>();
        for (String text : found.values()) {
            texts.add(quoted(text));
        }
        return "[" + String.join(", ", texts) + "]";
    }

    /** A JSON string (RFC 8259, 7) of ASCII alone. */
    private static String quoted(String text) {
        StringBuilder out = new StringBuilder("\"");
        for (char letter : text.toCharArray()) {
            if (letter < ' ' || letter > '~' || letter == '"' || letter == '\\') {
                out.append(String.format("\\u%04x", (int) letter));
            } else {
                out.append(letter);
            }
        }
        return out.append('"').toString();
    }
}
