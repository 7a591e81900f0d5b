using OpenInteractions.Engine.Schemas;

namespace OpenInteractions.Engine.Tests.Schemas;

/// <summary>Each keyword of 2020-12 with values on both sides of its border; the verdicts are reasoned from the specification's words.</summary>
public sealed class KeywordTests
{
    private static readonly Row[] Rows =
    [
        new("true", ["1", "null", "{}"], []),
        new("false", [], ["1", "null"]),
        new("{}", ["1", "\"x\"", "[]"], []),

        new("""{"type":"integer"}""", ["1", "-3", "1.0", "1e2", "12345678901234567890123", "10e-1"], ["1.5", "\"1\"", "true", "null", "1e-1"]),
        new("""{"type":"number"}""", ["1", "0.5", "-1e400"], ["\"1\"", "[]"]),
        new("""{"type":["string","null"]}""", ["\"\"", "null"], ["0", "false"]),
        new("""{"type":"boolean"}""", ["true", "false"], ["0", "\"true\"", "null"]),
        new("""{"type":"object"}""", ["{}"], ["[]", "null"]),
        new("""{"type":"STRING"}""", ["\"a\""], ["1"]),
        new("""{"type":"string","nullable":true}""", ["\"a\"", "null"], ["1"]),

        new("""{"enum":[1,"a",null,{"x":[1,2]}]}""", ["1", "1.0", "\"a\"", "null", """{"x":[1.0,2]}"""], ["2", "\"A\"", "true", """{"x":[2,1]}""", """{"x":[1,2],"y":0}"""]),
        new("""{"enum":[false]}""", ["false"], ["0", "\"\"", "[]"]),
        new("""{"const":{"a":1,"b":2}}""", ["""{"b":2,"a":1}""", """{"a":1.0,"b":2e0}"""], ["""{"a":1}""", "[]"]),
        new("""{"const":100000000000000000000000001}""", ["100000000000000000000000001"], ["100000000000000000000000002"]),

        new("""{"minimum":1.1}""", ["1.1", "2", "\"x\""], ["1.09999999999999999999", "-5"]),
        new("""{"maximum":3}""", ["3", "3.0", "-1e99"], ["3.0000000000000000000001"]),
        new("""{"exclusiveMinimum":0}""", ["1e-300"], ["0", "-0.0"]),
        new("""{"exclusiveMaximum":-2.5}""", ["-2.6", "-100"], ["-2.5", "0"]),
        new("""{"minimum":1e400}""", ["1e401"], ["1e399", "-1e500"]),
        new("""{"multipleOf":0.01}""", ["19.99", "0", "1e300", "-0.05", "0.1"], ["0.001", "19.995"]),
        new("""{"multipleOf":0.0001}""", ["0.0075"], ["0.00751"]),
        new("""{"multipleOf":1.5}""", ["3", "4.5", "1.5e1"], ["1", "35"]),
        new("""{"multipleOf":1e-8}""", ["12391239123", "1e300"], ["1e-9"]),
        new("""{"multipleOf":7}""", ["49", "7e0", "0.0"], ["7.5", "1e300"]),

        new("""{"minLength":2}""", ["\"ab\"", "\"\\ud83d\\ude00b\"", "1"], ["\"a\"", "\"😀\""]),
        new("""{"maxLength":2.0}""", ["\"😀😀\"", "\"\""], ["\"abc\"", "\"😀😀😀\""]),
        new("""{"pattern":"^a+$"}""", ["\"aaa\"", "1"], ["\"ba\"", "\"\"", "\"a\\n\""]),
        new("""{"pattern":"b"}""", ["\"abc\""], ["\"ac\""]),
        new("""{"pattern":"^\\d\\w$"}""", ["\"1_\""], ["\"\\u0661a\"", "\"1é\""]),
        new("""{"pattern":"^.$"}""", ["\"😀\"", "\"é\""], ["\"ab\"", "\"\\n\""]),
        new("""{"pattern":"^😀*$"}""", ["\"😀😀\"", "\"\""], ["\"😀x\""]),
        new("""{"pattern":"^[^a]{2}$"}""", ["\"😀b\""], ["\"😀\"", "\"ab\""]),
        new("""{"pattern":"^[a-z-[x]+$"}""", ["\"a[-x\""], ["\"A\""]),
        new("""{"pattern":"^[😀🎉]$"}""", ["\"🎉\""], ["\"😁\""]),
        new("""{"pattern":"^\\p{Letter}+\\p{Lu}$"}""", ["\"éÉ\""], ["\"1É\""]),
        new("""{"pattern":"^(?!x)(\\w)\\1$"}""", ["\"aa\""], ["\"xx\"", "\"ab\""]),
        new("""{"pattern":"^\\u{1F600}\\u0041\\cA?$"}""", ["\"😀A\""], ["\"A\""]),
        new("""{"pattern":"^\\W\\S$"}""", ["\"é😀\""], ["\"ab\"", "\"é \""]),

        new("""{"format":"date"}""", ["\"2024-02-29\"", "3"], ["\"2023-02-29\"", "\"2023-1-02\"", "\"2023-01-02T\""]),
        new("""{"format":"time"}""", ["\"12:00:00Z\"", "\"23:59:60Z\"", "\"15:59:60-08:00\"", "\"01:02:03.5+23:59\""], ["\"12:00:00\"", "\"24:00:00Z\"", "\"22:59:60Z\"", "\"12:00Z\"", "\"01:02:03+24:00\""]),
        new("""{"format":"date-time"}""", ["\"1990-12-31T23:59:60Z\"", "\"1963-06-19t08:30:06.283185z\""], ["\"1990-02-31T15:59:59-08:00\"", "\"1963-06-19 08:30:06Z\"", "\"2013-350T01:01:01\""]),
        new("""{"format":"duration"}""", ["\"P4DT12H30M5S\"", "\"P2W\"", "\"PT1M\"", "\"P1Y2M3D\""], ["\"P\"", "\"PT\"", "\"P1\"", "\"4DT1H\"", "\"P1Y2D\"", "\"P1W2D\"", "\"P1D2H\"", "\"PT1H2S\""]),
        new("""{"format":"email"}""", ["\"joe.bloggs@example.com\"", "\"\\\"joe b\\\"@example.com\"", "\"a@[127.0.0.1]\"", "\"a@[IPv6:::1]\""], ["\"2962\"", "\".a@example.com\"", "\"a..b@example.com\"", "\"a@b@c\"", "\"a b@example.com\""]),
        new("""{"format":"hostname"}""", ["\"www.example.com\"", "\"a-1\""], ["\"-a.com\"", "\"a_b\"", "\"a..b\"", "\"\"", "\"a.\""]),
        new("""{"format":"ipv4"}""", ["\"192.168.0.1\""], ["\"127.0.0.0.1\"", "\"256.1.1.1\"", "\"087.10.0.1\"", "\"1.2.3\""]),
        new("""{"format":"ipv6"}""", ["\"::1\"", "\"::\"", "\"1:2:3:4:5:6:7:8\"", "\"::ffff:192.168.0.1\"", "\"1::d6:192.168.0.1\""], ["\"12345::\"", "\"1:2:3:4:5:6:7\"", "\"1::2::3\"", "\":1:2:3:4:5:6:7\"", "\"::1%eth0\"", "\"1:2:3:4:5:6:7::8\"", "\"::1.2.3\""]),
        new("""{"format":"uri"}""", ["\"http://foo.bar/?baz=qux#quux\"", "\"urn:isbn:12\"", "\"http://[::1]:80/\"", "\"mailto:a@b.c\"", "\"http://u:p@h/%20\""], ["\"//foo.bar\"", "\"/abc\"", "\"http://a b\"", "\"http://[::g]/\"", "\"a:%zz\"", "\":// x\"", "\"http://h:port/\""]),
        new("""{"format":"uuid"}""", ["\"2EB8AA08-aa98-11ea-b4aa-73b441d16380\""], ["\"2eb8aa08aa9811eab4aa73b441d16380\"", "\"2eb8aa08-aa98-11ea-b4ga-73b441d16380\""]),
        new("""{"format":"regex"}""", ["\"((\""], []),

        new("""{"minItems":1,"maxItems":2}""", ["[1]", "[1,2]", "{}"], ["[]", "[1,2,3]"]),
        new("""{"uniqueItems":true}""", ["[1,2]", "[1,true]", "[0,false]", "[\"1\",1]", """[{"a":1},{"a":2}]"""], ["[1,1.0]", "[[1],[1]]", """[{"a":1,"b":2},{"b":2,"a":1}]"""]),
        new("""{"uniqueItems":false}""", ["[1,1]"], []),
        new("""{"items":{"type":"integer"}}""", ["[]", "[1,2]", "\"x\""], ["[1,\"x\"]"]),
        new("""{"prefixItems":[{"type":"integer"},{"type":"string"}]}""", ["[]", "[1]", "[1,\"a\",null]"], ["[\"a\"]", "[1,2]"]),
        new("""{"prefixItems":[{"type":"integer"}],"items":false}""", ["[]", "[1]"], ["[1,2]"]),
        new("""{"contains":{"minimum":5}}""", ["[1,5]", "{}"], ["[]", "[1,2]"]),
        new("""{"contains":{"const":1},"minContains":2,"maxContains":3}""", ["[1,1]", "[1,2,1,1]"], ["[1]", "[1,1,1,1]"]),
        new("""{"contains":{"const":1},"minContains":0}""", ["[]", "[2]"], []),
        new("""{"minContains":2}""", ["[]"], []),

        new("""{"properties":{"a":{"type":"integer"},"b":false}}""", ["{}", """{"a":1}""", """{"c":"x"}""", "[]"], ["""{"a":"x"}""", """{"b":1}"""]),
        new("""{"patternProperties":{"^x":{"type":"integer"},"y":{"minimum":5}}}""", ["""{"x":1}""", """{"xy":5}""", """{"z":"a"}"""], ["""{"x":"a"}""", """{"xy":4}""", """{"ay":1}"""]),
        new("""{"properties":{"a":{}},"patternProperties":{"^b":{}},"additionalProperties":false}""", ["""{"a":1,"bc":2}"""], ["""{"c":1}""", """{"A":1}"""]),
        new("""{"additionalProperties":{"type":"string"}}""", ["""{"a":"x"}"""], ["""{"a":1}"""]),
        new("""{"propertyNames":{"maxLength":2}}""", ["""{"ab":1}""", "{}"], ["""{"abc":1}"""]),
        new("""{"propertyNames":false}""", ["{}"], ["""{"a":1}"""]),
        new("""{"required":["a","\"b"]}""", ["""{"a":1,"\"b":2}""", "1"], ["""{"a":1}""", "{}"]),
        new("""{"minProperties":1,"maxProperties":2}""", ["""{"a":1}"""], ["{}", """{"a":1,"b":2,"c":3}"""]),
        new("""{"dependentRequired":{"a":["b","c"]}}""", ["{}", """{"b":1}""", """{"a":1,"b":2,"c":3}"""], ["""{"a":1}""", """{"a":1,"b":2}"""]),
        new("""{"dependentSchemas":{"a":{"properties":{"b":{"type":"integer"}}},"z":false}}""", ["""{"b":"x"}""", """{"a":1,"b":2}"""], ["""{"a":1,"b":"x"}""", """{"z":1}"""]),

        new("""{"allOf":[{"minimum":2},{"maximum":4}]}""", ["2", "3"], ["1", "5"]),
        new("""{"anyOf":[{"type":"string"},{"minimum":5}]}""", ["\"x\"", "5"], ["4"]),
        new("""{"oneOf":[{"multipleOf":2},{"multipleOf":3}]}""", ["2", "9"], ["6", "7"]),
        new("""{"not":{"type":"integer"}}""", ["1.5", "\"x\""], ["1"]),
        new("""{"not":{}}""", [], ["1", "{}"]),
        new("""{"if":{"minimum":0},"then":{"multipleOf":2},"else":{"maximum":-10}}""", ["4", "-10", "\"x\""], ["3", "-5"]),
        new("""{"then":false,"else":false}""", ["1"], []),

        new("""{"$defs":{"n":{"type":"integer"}},"$ref":"#/$defs/n","minimum":3}""", ["3"], ["2", "\"x\""]),
        new("""{"properties":{"child":{"$ref":"#"}},"additionalProperties":false}""", ["""{"child":{"child":{}}}"""], ["""{"child":{"x":1}}"""]),
        new("""{"$defs":{"a~b/c%d":{"const":1}},"$ref":"#/$defs/a~0b~1c%25d"}""", ["1"], ["2"]),
        new("""{"$defs":{"x":{"$anchor":"here","type":"null"}},"items":{"$ref":"#here"}}""", ["[null]"], ["[1]"]),
        new("""{"$id":"http://a.example/root.json","$defs":{"x":{"$id":"sub/x.json","$defs":{"y":{"const":7}},"$ref":"#/$defs/y"}},"$ref":"sub/x.json"}""", ["7"], ["8"]),
        new("""{"$ref":"#/definitions/p","definitions":{"p":{"type":"object"}}}""", ["{}"], ["1"]),
        new("""{"$ref":"#/x-own/p","x-own":{"p":{"type":"object"}}}""", ["{}"], ["1"]),
        new("""{"properties":{"$ref":{"type":"string"}}}""", ["""{"$ref":"a"}"""], ["""{"$ref":1}"""]),
        new("""{"const":{"$ref":"#/nowhere"}}""", ["""{"$ref":"#/nowhere"}"""], ["1"]),

        // A tree that is closed from outside: the inner reference comes back to the outermost anchor of its name.
        new("""
            {"$id":"http://a.example/strict","$dynamicAnchor":"node","$ref":"tree","unevaluatedProperties":false,
             "$defs":{"tree":{"$id":"tree","$dynamicAnchor":"node","type":"object","properties":{"value":true,"children":{"type":"array","items":{"$dynamicRef":"#node"}}}}}}
            """, ["""{"children":[{"value":1}]}"""], ["""{"children":[{"valu":1}]}""", """{"x":1}"""]),
        new("""{"$dynamicRef":"#n","$defs":{"x":{"$anchor":"n","type":"string"}}}""", ["\"a\""], ["1"]),

        new("""{"properties":{"a":{}},"unevaluatedProperties":false}""", ["""{"a":1}"""], ["""{"b":1}"""]),
        new("""{"allOf":[{"properties":{"a":{}}},{"patternProperties":{"^x":{}}}],"unevaluatedProperties":false}""", ["""{"a":1,"xy":2}"""], ["""{"b":1}"""]),
        new("""{"anyOf":[{"properties":{"a":{"const":1}},"required":["a"]},{"properties":{"b":{"const":2}},"required":["b"]}],"unevaluatedProperties":false}""", ["""{"a":1}""", """{"a":1,"b":2}"""], ["""{"a":1,"b":3}"""]),
        new("""{"if":{"properties":{"k":{"const":1}},"required":["k"]},"then":{"properties":{"a":{}}},"else":{"properties":{"b":{}}},"unevaluatedProperties":false}""", ["""{"k":1,"a":2}""", """{"b":2}"""], ["""{"k":1,"b":2}""", """{"k":2,"b":2}"""]),
        new("""{"not":{"not":{"properties":{"a":{}}}},"unevaluatedProperties":false}""", ["{}"], ["""{"a":1}"""]),
        new("""{"$ref":"#/$defs/x","unevaluatedProperties":{"type":"integer"},"$defs":{"x":{"properties":{"a":{"type":"string"}}}}}""", ["""{"a":"s","b":1}"""], ["""{"b":"s"}"""]),
        new("""{"allOf":[{"properties":{"a":{}},"unevaluatedProperties":false}],"properties":{"b":{}}}""", ["""{"a":1}"""], ["""{"b":1}"""]),
        new("""{"allOf":[{"unevaluatedProperties":true}],"unevaluatedProperties":false}""", ["""{"b":1}"""], []),
        new("""{"dependentSchemas":{"a":{"properties":{"b":{}}}},"properties":{"a":{}},"unevaluatedProperties":false}""", ["""{"a":1,"b":2}"""], ["""{"b":2}"""]),
        new("""{"properties":{"in":{"properties":{"x":{}}}},"allOf":[{"properties":{"in":{"unevaluatedProperties":false}}}]}""", ["""{"in":{}}"""], ["""{"in":{"x":1}}"""]),
        new("""{"prefixItems":[{}],"unevaluatedItems":false}""", ["[1]"], ["[1,2]"]),
        new("""{"allOf":[{"prefixItems":[{},{}]}],"unevaluatedItems":{"type":"string"}}""", ["[1,2,\"x\"]"], ["[1,2,3]"]),
        new("""{"contains":{"type":"string"},"unevaluatedItems":false}""", ["[\"a\",\"b\"]"], ["[\"a\",1]"]),
        new("""{"items":{},"unevaluatedItems":false}""", ["[1,2]"], []),
        new("""{"oneOf":[{"prefixItems":[{"const":1},{}]},{"prefixItems":[{"const":2}]}],"unevaluatedItems":false}""", ["[1,5]", "[2]"], ["[2,5]"]),

        new("""{"title":"x","description":"y","default":1,"examples":[2],"readOnly":true,"x-own":{"type":"string"},"contentMediaType":"application/json","$comment":"z"}""", ["1", "\"{\""], []),
    ];

    public static TheoryData<string, string, bool> Cases
    {
        get
        {
            var cases = new TheoryData<string, string, bool>();
            foreach (var row in Rows)
            {
                row.Fits.ToList().ForEach(v => cases.Add(row.Schema, v, true));
                row.Unfit.ToList().ForEach(v => cases.Add(row.Schema, v, false));
            }

            return cases;
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void A_value_fits_or_does_not(string schema, string value, bool fits) =>
        Assert.Equal(fits ? SchemaOutcome.Fits : SchemaOutcome.Unfit, Check.Text(schema, value).Outcome);

    private sealed record Row(string Schema, string[] Fits, string[] Unfit);
}
